//! The virtual smartcard: a PIV applet in memory; depends on nothing of ours.
