"""What comes in: readers, checks, batches, matching."""
