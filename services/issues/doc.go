// Package issues keeps what is wanted on a tracker: one desired issue for each
// fingerprint, with its rendered title and body, ready to be read as it would be
// opened. Text that people typed is made harmless here. Delivery to a tracker
// compares what is desired with what is known and is not in this package.
package issues
