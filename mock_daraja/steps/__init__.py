"""The steps of the gateway: each a function over a Passage or an event. Their order stands in gateway.py."""
