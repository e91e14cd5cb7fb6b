// Package durable holds the tests of what the program promises to those whose
// requests it has acknowledged, whatever happens to it, to its database and to
// the disk: nothing is lost and nothing is there in part; what cannot be done is
// said so, in time; and it goes on by itself. The tests run the real binary as a
// process of its own, and end it, or PostgreSQL, or the room on the disk, under
// load. With EVENKEEL_TEST_EVERYTHING set they do so many times.
package durable
