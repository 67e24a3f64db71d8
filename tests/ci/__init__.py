"""What services run: the hook, the action and the component, as far as that goes without them."""
