"""The sending: what a reply means, how fast to go, the wire, and the engine that drives them."""
