// Package argobed runs the real Argo CD: application-controller, repo-server and redis, on a hub, which deploys to other clusters. There is no
// argocd-server: objects are made and read through the API server of the hub.
package argobed
