"""The chat of both examples, over HTTP, with a model that is none."""
