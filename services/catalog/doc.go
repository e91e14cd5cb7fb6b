// Package catalog takes what a developer portal's catalog says: its users are people here, its
// groups teams, its systems systems and its components services. A portal tells all that it has,
// in syncs, again and again; what it tells of a thing it manages from then on, and the rest stays
// the team's. What is not told any more lets go of its thing, which stays. How those things are
// written is in access and registry.
package catalog
