"""Reviews (``--review``): some decisions are drawn, people say which are right, and that is summed up."""
