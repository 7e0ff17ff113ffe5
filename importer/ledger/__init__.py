"""The durable record of every attempt to send."""
