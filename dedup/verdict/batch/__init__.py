"""The verdict on many pairs at once, in arrays: what the rules would say, as far as it can be seen without them."""
