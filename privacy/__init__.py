"""Who may see what, and how numbers are made safe: pure functions on values and arrays."""
