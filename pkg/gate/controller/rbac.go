package controller

// What the controller may do in its own cluster. `make generate` writes it to base/gate/controller/role.yaml. The Secrets of a ring and its two
// Flux Kustomizations are not here: render gives them, by name, with each ring.
//
// +kubebuilder:rbac:groups=casskop-gitops.dev,resources=gates,verbs=list;watch
// +kubebuilder:rbac:groups=casskop-gitops.dev,resources=gates/status,verbs=patch
// +kubebuilder:rbac:groups=db.orange.com,resources=cassandraclusters,verbs=get;list;watch
// +kubebuilder:rbac:groups="";events.k8s.io,resources=events,verbs=create
//
// The leader's lease. RBAC cannot bind create to a name.
//
// +kubebuilder:rbac:groups=coordination.k8s.io,resources=leases,verbs=create,namespace=casskop-gitops-system
// +kubebuilder:rbac:groups=coordination.k8s.io,resources=leases,verbs=get;update,resourceNames=casskop-gitops-gate,namespace=casskop-gitops-system
