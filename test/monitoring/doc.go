// Package monitoring holds the alerts and the dashboard of base/gate against Prometheus itself: its parser, its engine and its alerts.
// It is a module of its own, so that the program does not get what they need.
package monitoring
