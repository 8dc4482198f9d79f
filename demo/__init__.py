"""A synthetic community that writes contribution files; all its people are invented."""
