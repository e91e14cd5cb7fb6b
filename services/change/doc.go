// Package change holds changes of services: deployments, configuration, flags and migrations,
// as pipelines and people tell them and GitHub tells of its deployments, with when they began
// and how they ended, and which of them began before a budget burned. Whether a change
// may go out is policy's to say, not this package's.
package change
