"""One file a page; modules that begin with an underscore serve them."""
