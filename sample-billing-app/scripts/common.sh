# What the sample's scripts share. They run in the sample's folder, and set: directory, users, period, periods,
# port, extra (arguments for the application), and kafka, store and with_services if there are such.

halted=99 # the status with which the application halts itself
application=''
profiles=() # of Spring
services_arguments=()
caller=$OLDPWD

fail() {
  echo "$*" >&2
  exit 1
}

# How many seconds a time such as 3s or 500ms has.
seconds() {
  case $1 in
    *[!0-9]*ms | *[!0-9ms]*s | ms | s) fail "What is $1? A time is 3s or 500ms." ;;
    *ms) printf '%d.%03d\n' $((${1%ms} / 1000)) $((${1%ms} % 1000)) ;;
    *s) echo "${1%s}" ;;
    *) fail "What is $1? A time is 3s or 500ms." ;;
  esac
}

# A path as the caller meant it.
from_caller() {
  case $1 in
    /*) echo "$1" ;;
    *) echo "$caller/$1" ;;
  esac
}

# Whether a child of this script still runs.
runs() {
  [ -n "$1" ] && jobs -rp | grep -qx "$1"
}

# Builds the application if there is none, or sources are newer than it.
build() {
  jar=$(ls target/sample-billing-app-*.jar 2> /dev/null | head -n 1 || true)
  if [ -n "$jar" ] && [ -z "$(find .. -path '*/src/main/*' -newer "$jar" -print -quit)" ]; then
    return
  fi
  echo "Building the application ..."
  (cd .. && mvn -q -B -ntp -DskipTests -pl sample-billing-app -am package)
  jar=$(ls target/sample-billing-app-*.jar | head -n 1)
}

# Sets what all processes of the sample are told.
set_arguments() {
  arguments=(
    --billing.directory="$directory"
    --billing.users="$users"
    --billing.period="$period"
    --billing.periods-limit="$periods"
    ${profiles[@]+"--spring.profiles.active=$(IFS=,; echo "${profiles[*]}")"}
    ${services_arguments[@]+"${services_arguments[@]}"}
    ${extra[@]+"${extra[@]}"}
  )
}

# Starts the application as a child whose id is then in $application; its output goes to $1.
start_application() {
  set_arguments
  java -Xmx512m -XX:+ExitOnOutOfMemoryError -jar "$jar" --server.port="$port" "${arguments[@]}" >> "$1" 2>&1 &
  application=$!
}

# Ends the application, if it runs, and waits until it has.
stop_application() {
  if [ -n "$application" ]; then
    kill -TERM "$application" 2> /dev/null || true
    wait "$application" 2> /dev/null || true
    application=''
  fi
}

kill_application() {
  kill -KILL "$application" 2> /dev/null || true
  wait "$application" 2> /dev/null || true
  application=''
}

audit() {
  java -cp target/classes io.statefun.sample.billing.audit.Auditor \
    --input="$directory/input/user-changes-$users.ndjson" \
    --ledger="$directory/provider/ledger.log" \
    --periods="$periods" "$@"
}

# How many payments the provider's ledger has as paid.
paid() {
  grep -c '^PAID ' "$directory/provider/ledger.log" 2> /dev/null || true
}
