// Package given holds facts of services that no domain tells, because people and programs know
// them: when somebody drilled an incident, how much traffic a load test took. There is a declaration
// of each, built in or by an administrator. Programs push facts, which hold for a time; people attest
// them, with where it is seen, until a day. Conditions of scorecards are judged on what holds; what
// nobody gave, or what holds no more, is not known. What a fact is good for is decided elsewhere.
package given
