"""The vocabulary: indicators, dimensions, views, data elements, purposes. Knows nothing of the other rooms."""
