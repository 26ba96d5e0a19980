"""The rules, apart from IO: no await, clock, random or driver. `reconcile` decides; everything else feeds it."""
