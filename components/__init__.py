"""Parts of pages: they take sealed types and plain values, never a store."""
