"""Proof: anchors, bundles that verify without us, and checks of all that is chained."""
