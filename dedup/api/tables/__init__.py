"""Tables of other libraries, cleaned by one column: none of them is imported that the caller has not loaded."""
