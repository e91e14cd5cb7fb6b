// Package inbox keeps what a tracker tells by webhooks until it is worked off: each
// delivery once, written before it is acknowledged, worked off afterwards. What is
// told is taken for a hint of what to read again and is never believed: deliveries
// are lost, come twice and in any order. Administrators see what came and what became
// of it, but for what it said, and have what was given up tried again. Which requests are the tracker's own, and
// what their payloads say, is known to the tracker's package and not here; who reads
// and what a command does neither.
package inbox
