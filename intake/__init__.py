"""What comes in: readers, checks, batches, linking, boundaries and population. A batch is wholly in or wholly out."""
