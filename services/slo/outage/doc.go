// Package outage holds outages: times in which something was wrong with a service, each of
// a class such as "network" or "deploy". They say what errors came from, and change no
// figure of an SLO. Incidents that are tagged with a class count like outages of it. What of each SLO's errors lies in them is worked out in slo.
package outage
