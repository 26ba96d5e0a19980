"""The rows of the table: each module measures one kind of thing on both sides."""
