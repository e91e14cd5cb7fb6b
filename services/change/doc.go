// Package change holds changes of services: deployments, configuration, flags and migrations,
// as pipelines and people tell them, with when they began and how they ended. Whether a change
// may go out is policy's to say, not this package's.
package change
