"""An Exchange Server on premises that runs on one machine and speaks EWS."""
