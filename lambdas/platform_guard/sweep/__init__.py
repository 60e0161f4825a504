"""The registry scan that catches pushes whose event was missed."""
