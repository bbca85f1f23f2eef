"""Neuron-astrocyte associative memory: its dynamics, its limits and its spiking form."""
