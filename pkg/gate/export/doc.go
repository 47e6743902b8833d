// Package export gets a token of a ServiceAccount of one cluster and makes the Secret with which the gates of another cluster read there.
//
// What it returns is what package credentials accepts, and has been tried: the token was used for what it is for, before anybody gets
// it. It makes nothing in the cluster unless told to, then by server-side apply, and only what is missing. No token is in what it logs,
// warns of or returns as an error.
package export
