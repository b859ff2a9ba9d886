#!/bin/bash
# Starts a real Kubernetes in RUNDIR: usage: up.sh BINDIR RUNDIR [control|all]
#   control: etcd + API server + controller manager + scheduler (5 s, no Docker, no root)
#   all:     the same plus one real node: the kubelet runs pods on the local Docker engine (9 s, root)
# Clients always use https://127.0.0.1:LAB_PORT (default 6443; LAB_ETCD 2379), so several can run side by side.
# RUNDIR must be new (down.sh removes it). Prints the kubeconfig's path last; on failure stops what it started.
# Needs: etcd-server, openssl, curl, kubectl; "all" also docker, gcc, libc6-dev, busybox-static, node.
set -euo pipefail
BIN=$(cd "$1" && pwd); MODE=${3:-all}; SELF=$(cd "$(dirname "$0")" && pwd)
PORT=${LAB_PORT:-6443}; ETCD=${LAB_ETCD:-2379}; NODE_IP=${LAB_NODE_IP:-172.17.0.1}      # docker0: the kubelet refuses loopback
export PATH=$BIN:$PATH DOCKER_HOST=unix:///var/run/docker.sock
for c in etcd openssl curl kubectl $([ "$MODE" = all ] && echo docker gcc node busybox); do command -v "$c" >/dev/null || { echo "up.sh: $c is missing" >&2; exit 1; }; done
[ -e "$2/pid" ] && { echo "up.sh: $2 is in use: run down.sh first" >&2; exit 1; }
# Two kubelets on one engine would remove each other's containers.
[ "$MODE" = all ] && (exec 3<>"/dev/tcp/$NODE_IP/10250") 2>/dev/null && { echo "up.sh: this Docker engine is a node of a cluster already (a kubelet answers on $NODE_IP:10250): end that one, or name its kubeconfig in TOWLINE_LAB_KUBECONFIG" >&2; exit 1; }
mkdir -p "$2"/{pki,log,pid,etcd}; R=$(cd "$2" && pwd); cd "$R"
trap '[ $? = 0 ] || "$SELF/down.sh" "$BIN" "$R" --keep >/dev/null 2>&1 || true' EXIT
run() { local n=$1; shift; "$@" >"log/$n.log" 2>&1 </dev/null & echo $! >"pid/$n"; }
alive() { local n; for n in pid/*; do kill -0 "$(cat "$n")" 2>/dev/null || { tail -5 "log/${n##*/}.log" >&2; echo "up.sh: ${n##*/} died" >&2; return 1; }; done; }
until_ok() { local what=$1 end=$((SECONDS + 60)); shift
  until "$@" >/dev/null 2>&1; do alive || exit 1; [ $SECONDS -lt $end ] || { echo "up.sh: no $what in 60 s" >&2; exit 1; }; sleep 0.2; done; }

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
TOKEN=$(openssl rand -hex 16)
(umask 077; cd pki; key ca.key; key api.key; key sa.key
 openssl req -x509 -new -key ca.key -subj /CN=lab-ca -days 30 -out ca.crt
 openssl req -new -key api.key -subj /CN=kube-apiserver -out api.csr
 openssl x509 -req -in api.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out api.crt -extfile \
   <(echo "subjectAltName=IP:127.0.0.1,IP:$NODE_IP,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc") 2>/dev/null
 echo "$TOKEN,admin,admin,\"system:masters\"" >tokens.csv
 cat >../kubeconfig <<K
{"apiVersion":"v1","kind":"Config","current-context":"lab","clusters":[{"name":"lab","cluster":{"server":"https://127.0.0.1:$PORT","certificate-authority-data":"$(base64 -w0 ca.crt)"}}],"users":[{"name":"lab","user":{"token":"$TOKEN"}}],"contexts":[{"name":"lab","context":{"cluster":"lab","user":"lab"}}]}
K
)
K=(kubectl --kubeconfig "$R/kubeconfig")
if [ "$MODE" = all ]; then LISTEN=0.0.0.0 ADVERTISE=$NODE_IP; else LISTEN=127.0.0.1 ADVERTISE=127.0.0.1; fi     # pods reach the API through the node's address
run etcd etcd --name lab --data-dir etcd --listen-client-urls "http://127.0.0.1:$ETCD" --advertise-client-urls "http://127.0.0.1:$ETCD" \
  --listen-peer-urls "http://127.0.0.1:$((ETCD+1))" --initial-advertise-peer-urls "http://127.0.0.1:$((ETCD+1))" \
  --initial-cluster "lab=http://127.0.0.1:$((ETCD+1))" --logger zap --log-level error
run apiserver kube-apiserver --etcd-servers="http://127.0.0.1:$ETCD" --bind-address=$LISTEN --advertise-address=$ADVERTISE --secure-port="$PORT" \
  --tls-cert-file=pki/api.crt --tls-private-key-file=pki/api.key --token-auth-file=pki/tokens.csv --client-ca-file=pki/ca.crt --authorization-mode=Node,RBAC \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=pki/sa.key --service-account-signing-key-file=pki/sa.key \
  --service-cluster-ip-range=10.96.0.0/16 --allow-privileged=true --cert-dir=pki --kubelet-preferred-address-types=InternalIP
until_ok "API server" curl -sf --cacert pki/ca.crt "https://127.0.0.1:$PORT/readyz"
run kcm kube-controller-manager --kubeconfig=kubeconfig --service-account-private-key-file=pki/sa.key --root-ca-file=pki/ca.crt --leader-elect=false \
  --port=0 --secure-port=0 --cert-dir=pki --controllers='*,-attachdetach,-persistentvolume-expander' --node-monitor-period=2s
run scheduler kube-scheduler --kubeconfig=kubeconfig --leader-elect=false --port=0 --secure-port=0 --cert-dir=pki
until_ok "default ServiceAccount" "${K[@]}" get serviceaccount default

if [ "$MODE" = all ]; then
  docker image inspect local/pause:1 >/dev/null 2>&1 || (d=$(mktemp -d); gcc -Os -static -s -o "$d/pause" "$SELF/pause.c"
    printf 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n' >"$d/Dockerfile"; DOCKER_BUILDKIT=0 docker build -q -t local/pause:1 "$d" >/dev/null 2>&1; rm -rf "$d")
  run kubelet kubelet --kubeconfig=kubeconfig --root-dir="$R/kubelet" --cert-dir="$R/pki" --hostname-override=node1 --node-ip="$NODE_IP" --address="$NODE_IP" \
    --container-runtime=docker --pod-infra-container-image=local/pause:1 --cgroup-driver=cgroupfs --fail-swap-on=false --resolv-conf=/etc/resolv.conf \
    --anonymous-auth=true --authorization-mode=AlwaysAllow --read-only-port=0 --enforce-node-allocatable= --image-gc-high-threshold=100 --image-gc-low-threshold=99 \
    --eviction-hard='memory.available<100Mi' --volume-plugin-dir="$R/volplugins" --sync-frequency=10s --node-status-update-frequency=2s \
    --serialize-image-pulls=false --maximum-dead-containers-per-container=2 --cluster-dns="$NODE_IP" --cluster-domain=cluster.local
  run dns node "$SELF/dns.ts" "$R/kubeconfig" "$NODE_IP"
  run proxy kube-proxy --kubeconfig=kubeconfig --hostname-override=node1 --proxy-mode=iptables --masquerade-all --conntrack-max-per-core=0 \
    --conntrack-tcp-timeout-established=0s --conntrack-tcp-timeout-close-wait=0s --healthz-bind-address=127.0.0.1:10256 --metrics-bind-address=127.0.0.1:10249
  until_ok "ready node" "${K[@]}" wait --for=condition=Ready node/node1 --timeout=1s
fi
alive; echo "$R/kubeconfig"
