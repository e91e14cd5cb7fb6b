// Package source knows the places that measurements are read from: Prometheus
// and what speaks like it, and programs that speak the pull-adapter protocol.
// They belong to administrators and are named by reference; their secrets are
// named, too, and never held here. How they are asked lives in
// measure/prometheus and measure/adapter.
package source
