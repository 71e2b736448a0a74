# What the sample's scripts need for the payment function in JavaScript, which runs beside the application.

payments_folder=payments-javascript
payments_process='' payments_port='' payments_killer=''

# Installs what the function needs, if that is not there.
build_payments() {
  local installed=$payments_folder/node_modules/.package-lock.json tool
  for tool in node npm; do
    command -v $tool > /dev/null || fail "--payments=javascript needs Node.js 18 or newer, with npm; there is no $tool here."
  done
  node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
    fail "--payments=javascript needs Node.js 18 or newer; this is $(node --version)."
  if [ -e "$installed" ] && [ ! "$payments_folder/package-lock.json" -nt "$installed" ]; then return; fi
  echo "Installing the packages of the payment function ..."
  (cd "$payments_folder" && npm ci --silent) || fail "npm cannot install the packages of $payments_folder."
}

# Sets what the processes are told to have the function elsewhere.
use_payments() {
  profiles+=(javascript)
  payments_port=$(node -e 'const server = require("net").createServer();
    server.listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); });')
  extra+=("--statefun.remote.endpoints.payments.url=http://127.0.0.1:$payments_port/statefun")
}

# Starts the function as a child of whoever calls this, whose id is then in $payments_process.
start_payments_process() {
  set_arguments
  node "$payments_folder/server.js" --port="$payments_port" --parent=$$ "${arguments[@]}" >> "$payments_log" 2>&1 &
  payments_process=$!
}

payments_starts() {
  grep -c '^Listening on port' "$payments_log" || true
}

# Waits until the function listens for the time that is given.
await_payments() {
  local patience=200
  until [ "$(payments_starts)" -ge "$1" ]; do
    kill -0 "$payments_process" 2> /dev/null || fail "The payment function has ended; its log is $payments_log"
    [ $patience -gt 0 ] || fail "The payment function does not listen; its log is $payments_log"
    patience=$((patience - 1))
    sleep 0.05
  done
}

# Starts the function, and waits until it listens. With a number of seconds it is killed each time that they are over, and
# started again.
start_payments() {
  payments_log=$directory/payments.log
  : > "$payments_log"
  if [ -z "$1" ]; then
    start_payments_process
    await_payments 1
  else
    kill_payments_every "$1" &
    payments_killer=$!
    payments_process=$payments_killer
    await_payments 1
  fi
}

kill_payments_every() {
  local starts=0 pause=''
  trap 'kill -KILL "$payments_process" $pause 2> /dev/null; exit' TERM
  while kill -0 $$ 2> /dev/null; do
    start_payments_process
    starts=$((starts + 1))
    await_payments $starts
    sleep "$1" > /dev/null 2>&1 &
    pause=$!
    wait "$pause"
    kill -KILL "$payments_process" 2> /dev/null || fail "The payment function has ended; its log is $payments_log"
    wait "$payments_process" 2> /dev/null || true
  done
}

# Ends the function.
stop_payments() {
  local child=${payments_killer:-$payments_process}
  if runs "$child"; then
    kill -TERM "$child" 2> /dev/null || true
    wait "$child" 2> /dev/null || true
  fi
  payments_killer='' payments_process=''
}
