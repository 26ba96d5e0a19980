"""The rules of the activity store: pure functions over immutable values, without IO, clock or chance."""
