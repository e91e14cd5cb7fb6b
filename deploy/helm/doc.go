// Package helm holds the chart that installs Evenkeel on Kubernetes. Its tests render it
// with Helm for several kinds of installation, check the objects against the schemas of
// Kubernetes, and have the program read the configuration that comes out. They are apart
// from those of the programs: they need no database.
package helm
