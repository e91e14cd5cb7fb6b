// Package search finds incidents by words, and incidents that are like another. Whoever has a
// text about an incident puts it into the index as a Document, in the transaction in which the
// text changes: incidents and notes of their timelines do, and so does what hangs on them. Texts
// are taken apart into words here, the same for both databases, and what somebody looks for is
// words too: no text is a syntax error. Restricted incidents are left out in the query itself.
package search
