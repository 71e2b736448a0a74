# What the sample's scripts need for Kafka, beside what they share: the provider and the publisher of the change
# events, each a process of its own, and services on this machine.

package=io.statefun.sample.billing
services='' provider='' publisher=''
services_classpath=target/services.classpath

# Builds what the services on this machine need, if there is none, or sources are newer than it.
build_services() {
  if [ -f "$services_classpath" ] && [ -z "$(find .. \( -path '*/src/*' -o -name pom.xml \) -newer "$services_classpath" -print -quit)" ]; then
    return
  fi
  echo "Building the services ..."
  (cd .. && mvn -q -B -ntp -DskipTests -pl sample-billing-app -am package \
    dependency:build-classpath -Dmdep.outputFile="$OLDPWD/$services_classpath" -Dmdep.includeScope=test)
  touch "$services_classpath"
}

# Sets what the processes are told to use Kafka.
use_kafka() {
  profiles=(kafka)
  if [ "$store" != file ]; then profiles+=("$store"); fi
  # A node that is known by its name is taken back into the group at once.
  services_arguments=(--statefun.kafka.node-id=billing-1)
}

# Starts a broker and, if the snapshots are there, a Redis or an S3, and waits until they are up.
start_services() {
  mkdir -p "$directory/services"
  rm -f "$directory/services/pids"
  java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -cp "$PWD/target/test-classes:$PWD/target/classes:$(cat "$services_classpath")" \
    $package.services.LocalServices "$directory/services" "$store" > "$directory/services/services.log" 2>&1 &
  services=$!
  await_services
  local argument
  while read -r argument; do services_arguments+=("$argument"); done < "$directory/services/arguments"
  if [ "$store" = s3 ]; then
    export AWS_ACCESS_KEY_ID=billing AWS_SECRET_ACCESS_KEY=billing # it wants some, and takes any
  fi
}

await_services() {
  while [ ! -f "$directory/services/pids" ]; do
    runs "$services" || fail "The services have ended; see $directory/services"
    sleep 0.1
  done
}

# Starts a main class of the application's jar as a child; its output goes to $2.
start_main() {
  set_arguments
  java -Xmx256m -XX:+ExitOnOutOfMemoryError -Dloader.main=$package.kafka."$1" -cp "$jar" \
    org.springframework.boot.loader.launch.PropertiesLauncher "${arguments[@]}" >> "$2" 2>&1 &
}

start_provider() {
  start_main ProviderProcess "$directory/provider.log"
  provider=$!
}

# Publishes the change events; an earlier publisher has not come to the end.
start_publisher() {
  start_main ChangePublisher "$directory/publisher.log"
  publisher=$!
}

published() {
  grep -q ' Published ' "$directory/publisher.log" 2> /dev/null
}

# Ends what was started here.
stop_kafka() {
  local child
  for child in "$publisher" "$provider" "$services"; do
    if runs "$child"; then
      kill -TERM "$child" 2> /dev/null || true
      wait "$child" 2> /dev/null || true
    fi
  done
  publisher='' provider='' services=''
}

# Kills the application and all that it works with at once; the services come up again.
kill_everything() {
  local pids=$application child
  for child in "$publisher" "$provider"; do
    if runs "$child"; then pids="$pids $child"; fi
  done
  pids="$pids $(tr '\n' ' ' < "$directory/services/pids")"
  rm -f "$directory/services/pids"
  # shellcheck disable=SC2086 # these are several
  kill -KILL $pids 2> /dev/null || true
  wait "$application" "$provider" 2> /dev/null || true
  application='' provider='' publisher=''
  await_services
}
