// Package deploy holds what runs Evenkeel elsewhere: an image, services for compose, a
// unit for systemd, a chart for Kubernetes, and a Prometheus with alerts and a Grafana with
// dashboards that watch. Its tests show as much of that as can be shown without a container
// engine: the image's program runs alone in an empty directory, and each file is read by what
// it is for, or by its own library.
package deploy

//go:generate go run ./helm/gen
