// Package github is GitHub as a tracker of issues, through go-github: it turns what
// the courier of package delivery asks into requests, and replies and their errors
// into its nouns. Requests go out as they are asked for, once: when to ask, and
// whether again, is the courier's.
//
// Three traps of the client are closed here. A redirect is not followed, since a 301
// would turn a write into a read that says nothing; where it leads is asked for, and
// told as Moved. What go-github remembers of limits by the machine's clock is
// forgotten with each request, since lanes keep it. And every write is held against
// its answer.
//
// It also verifies webhooks and reads their payloads, finds repositories, and looks at what
// each says of itself.
package github
