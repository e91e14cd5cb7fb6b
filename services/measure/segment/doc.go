// Package segment is the packed form of the slots of one series over an hour or
// a day: an immutable run of bytes that is stored as it is and read in place,
// without unpacking. It is pure: it knows no series, database, clock or context.
//
// Format version 1. All numbers are little endian.
//
//	offset  bytes  meaning
//	0       1      version of the format: 1
//	1       1      flags: bit 0 is set when every count is of whole events; counts
//	               are then stored in events, otherwise in thousandths of an event;
//	               the other bits are zero
//	2       2      resolution: seconds of one slot, at least 1
//	4       2      n: number of slots, 1 to 1440
//	6       1      t: bytes of each total, 0, 1, 2, 4 or 8
//	7       1      b: bytes of each bad, 0, 1, 2, 4 or 8
//	8       4      CRC-32C of bytes 0 to 7 and of everything from 12
//	12      ⌈n/8⌉  presence: bit i%8 of byte i/8 is set when slot i is known; the
//	               bits after the last slot are zero
//	…       n·t    totals: the number of all events of each slot
//	…       n·b    bads: the number of events of each slot that were not good
//
// A width of 0 means that the whole column is zero. An absent slot is zero in
// both columns; no bad exceeds its total, and no total MaxCount. What Merge and
// Fold make is canonical: the narrowest columns that hold the counts, in whole
// events wherever that is possible, so that equal slots are equal bytes.
//
// A day of 300 s whose slots have up to 65,535 events, up to 255 of them bad,
// takes 12 + 36 + 288·(2+1) = 912 bytes.
package segment
