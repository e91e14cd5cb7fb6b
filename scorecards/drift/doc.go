// Package drift finds services that nobody may look after any more, though they say who does: a
// team without people, somebody on call who left, a repository that takes no issues. It keeps since
// when that is so, and tells the team above after a week. Who owns a service is in registry.
package drift
