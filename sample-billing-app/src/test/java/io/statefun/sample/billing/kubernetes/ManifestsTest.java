/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentSpec;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscalerSpec;
import io.kubernetes.client.openapi.models.V2MetricSpec;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import io.statefun.autoconfigure.StateFunProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.DurationStyle;

class ManifestsTest {

  /** What the JVM and RocksDB take besides what can be set: threads, indexes, the collector. */
  private static final long REST_MEGABYTES = 48;

  /** How long the engine takes, at worst, to leave the group and release all it has. */
  private static final int RELEASE_SECONDS = 40;

  private static final List<String> NO_PROPERTIES =
      List.of("JAVA_TOOL_OPTIONS", "MALLOC_ARENA_MAX");

  static Stream<String> manifests() throws IOException {
    return Manifests.list(Manifests.kustomization(), "resources").stream().map(String::valueOf);
  }

  // The schema

  @ParameterizedTest
  @MethodSource("manifests")
  void givenAManifestThenTheSchemaOfItsKindAllowsIt(String file) throws IOException {
    assertThat(Manifests.read(file)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A field that is in the wrong place, one that is missing, one of another type, a bad unit
        "terminationGracePeriodSeconds: 75|terminationGracePeriod: 75",
        "  selector:\n    matchLabels:\n      app.kubernetes.io/name: billing\n  # tag|  # tag",
        "drop: [ALL]|drop: ALL",
        "memory: 512Mi|memory: 512 MB",
        "kind: Deployment|kind: Deploymnt"
      })
  void givenAMistakeThenItIsFound(String mistake) throws IOException {
    String[] fromTo = mistake.split("\\|");
    String right = Files.readString(Manifests.FOLDER.resolve("deployment.yaml"));
    String wrong = right.replace(fromTo[0], fromTo[1]);
    assertThat(wrong).isNotEqualTo(right);

    assertThatThrownBy(() -> Manifests.parse(wrong)).isInstanceOf(RuntimeException.class);
  }

  @Test
  void givenTheKustomizationThenItHasAllFiles() throws IOException {
    Map<String, Object> kustomization = Manifests.kustomization();
    assertThat(kustomization)
        .containsEntry("apiVersion", "kustomize.config.k8s.io/v1beta1")
        .containsEntry("kind", "Kustomization");
    assertThat(manifests().toList())
        .containsExactlyInAnyOrderElementsOf(
            yamlFiles().stream()
                .filter(file -> !List.of("kustomization.yaml", "application.yaml").contains(file))
                .toList());
    assertThat(Manifests.list(kustomization, "configMapGenerator"))
        .containsExactly(Map.of("name", "billing", "files", List.of("application.yaml")));
    assertThat(Manifests.list(kustomization, "images"))
        .singleElement()
        .asString()
        .contains("name=" + Manifests.container().getImage() + ",");
  }

  private static List<String> yamlFiles() throws IOException {
    try (Stream<Path> files = Files.list(Manifests.FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .toList();
    }
  }

  // What belongs together

  @Test
  void givenTheSelectorsThenTheyFindThePods() throws IOException {
    V1DeploymentSpec deployment = Manifests.deployment().getSpec();
    Map<String, String> labels = deployment.getTemplate().getMetadata().getLabels();
    assertThat(deployment.getSelector().getMatchLabels()).isNotEmpty();
    assertThat(labels).containsAllEntriesOf(deployment.getSelector().getMatchLabels());
    assertThat(Manifests.service().getSpec().getSelector())
        .isEqualTo(deployment.getSelector().getMatchLabels());
    assertThat(Manifests.disruptionBudget().getSpec().getSelector())
        .isEqualTo(deployment.getSelector());
    assertThat(deployment.getTemplate().getSpec().getTopologySpreadConstraints())
        .isNotEmpty()
        .allSatisfy(
            spread -> assertThat(spread.getLabelSelector()).isEqualTo(deployment.getSelector()));
  }

  @Test
  void givenTheAutoscalerThenItScalesTheDeploymentAndNothingElseDoes() throws IOException {
    V1Deployment deployment = Manifests.deployment();
    V2HorizontalPodAutoscalerSpec scaler = Manifests.autoscaler().getSpec();
    assertThat(scaler.getScaleTargetRef().getApiVersion()).isEqualTo(deployment.getApiVersion());
    assertThat(scaler.getScaleTargetRef().getKind()).isEqualTo(deployment.getKind());
    assertThat(scaler.getScaleTargetRef().getName()).isEqualTo(deployment.getMetadata().getName());
    assertThat(deployment.getSpec().getReplicas()).isNull();
    // One may be taken away, and another is there.
    assertThat(scaler.getMinReplicas()).isGreaterThan(1);
    assertThat(Manifests.disruptionBudget().getSpec().getMaxUnavailable().getIntValue())
        .isLessThan(scaler.getMinReplicas());
  }

  @Test
  void givenAsManyPodsAsThereMayBeThenEachWorkerHasAPartition() throws IOException {
    assertThat(Manifests.autoscaler().getSpec().getMaxReplicas() * workers())
        .isLessThanOrEqualTo(engine().partitions());
  }

  @Test
  void givenTheAutoscalersMetricThenTheEngineHasItAndTheAdapterKnowsIt() throws IOException {
    String metric =
        Manifests.autoscaler().getSpec().getMetrics().stream()
            .map(V2MetricSpec::getPods)
            .filter(Objects::nonNull)
            .map(pods -> pods.getMetric().getName())
            .collect(Collectors.joining());
    assertThat(metric)
        .isEqualTo(new PrometheusNamingConvention().name("statefun.kafka.lag", Meter.Type.GAUGE));
    String adapter = Files.readString(Manifests.FOLDER.resolve("metrics/prometheus-adapter.yaml"));
    assertThat(Manifests.load(adapter)).containsKey("rules");
    assertThat(adapter).contains("seriesQuery: " + metric + "{").contains("as: " + metric + "\n");
  }

  @Test
  void givenThePortsThenTheApplicationListensThere() throws IOException {
    Properties settings = Manifests.settings();
    Map<String, Integer> ports =
        Manifests.container().getPorts().stream()
            .collect(Collectors.toMap(V1ContainerPort::getName, V1ContainerPort::getContainerPort));
    assertThat(ports)
        .isEqualTo(
            Map.of(
                "http", settings.get("server.port"),
                "management", settings.get("management.server.port")));
    assertThat(Manifests.service().getSpec().getPorts())
        .singleElement()
        .satisfies(port -> assertThat(port.getTargetPort().getStrValue()).isEqualTo("http"));
    assertThat(settings).containsEntry("server.address", "0.0.0.0");
    assertThat(Manifests.deployment().getSpec().getTemplate().getMetadata().getAnnotations())
        .containsEntry("prometheus.io/port", String.valueOf(ports.get("management")))
        .containsEntry("prometheus.io/path", "/actuator/prometheus");
    assertThat(setting("management.endpoints.web.exposure.include")).contains("prometheus");
  }

  @Test
  void givenTheProbesThenTheyAskForTheGroupsAtThePortOfTheRequests() throws IOException {
    V1Container container = Manifests.container();
    assertThat(path(container.getStartupProbe())).isEqualTo("/livez");
    assertThat(path(container.getLivenessProbe())).isEqualTo("/livez");
    assertThat(path(container.getReadinessProbe())).isEqualTo("/readyz");
    assertThat(Manifests.settings())
        .containsEntry("management.endpoint.health.probes.add-additional-paths", true);
    // Time to bring the state back, without being taken for dead.
    assertThat(seconds(container.getStartupProbe())).isGreaterThanOrEqualTo(600);
  }

  private static String path(V1Probe probe) {
    assertThat(probe.getHttpGet().getPort().getStrValue()).isEqualTo("http");
    return probe.getHttpGet().getPath();
  }

  private static int seconds(V1Probe probe) {
    return probe.getPeriodSeconds() * probe.getFailureThreshold();
  }

  // Memory, disks, time

  @Test
  void givenTheResourcesThenThePodHas512MiBAndNoMore() throws IOException {
    Quantity memory = new Quantity("512Mi");
    assertThat(Manifests.container().getResources().getRequests()).containsEntry("memory", memory);
    assertThat(Manifests.container().getResources().getLimits()).containsEntry("memory", memory);
    assertThat(Manifests.container().getResources().getRequests()).containsKey("cpu");
  }

  @Test
  void givenAllThatHasABoundThenItFitsIntoTheMemory() throws IOException {
    String options = value("JAVA_TOOL_OPTIONS");
    Quantity memoryLimit =
        Objects.requireNonNull(Manifests.container().getResources().getLimits().get("memory"));
    long limit = memoryLimit.getNumber().longValueExact() >> 20;
    StateFunProperties.Memory memory = engine().memory();
    long heap = limit * number(options, "MaxRAMPercentage=(\\d+)") / 100;
    long outside =
        number(options, "MaxDirectMemorySize=(\\d+)m")
            + number(options, "MaxMetaspaceSize=(\\d+)m")
            + number(options, "ReservedCodeCacheSize=(\\d+)m")
            + memory.blockCache().toMegabytes()
            + memory.writeBuffer().toMegabytes();
    assertThat(heap + outside + REST_MEGABYTES).isLessThanOrEqualTo(limit);
    // The heap's other half is for mailboxes, requests, and the application.
    assertThat(memory.stateCache().toMegabytes() + memory.maxUnappliedSize().toMegabytes())
        .isLessThanOrEqualTo(heap / 2);
    assertThat(options).contains("-XX:ActiveProcessorCount=" + workers());
  }

  private static long number(String options, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(options);
    assertThat(found.find()).as(pattern).isTrue();
    return Long.parseLong(found.group(1));
  }

  @Test
  void givenTheVolumesThenNoneOutlivesThePodAndAllThatIsWrittenIsOnOne() throws IOException {
    V1PodSpec pod = Manifests.pod();
    assertThat(pod.getVolumes())
        .allSatisfy(
            volume ->
                assertThat(volume.getEmptyDir() != null || volume.getConfigMap() != null).isTrue());
    V1Container container = Manifests.container();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    Map<String, String> volumeOf =
        container.getVolumeMounts().stream()
            .collect(Collectors.toMap(V1VolumeMount::getMountPath, V1VolumeMount::getName));
    List<String> scratch =
        pod.getVolumes().stream()
            .filter(volume -> volume.getEmptyDir() != null)
            .map(V1Volume::getName)
            .toList();
    assertThat(volumeOf.get("/tmp")).isIn(scratch);
    assertThat(volumeOf.get(setting("billing.directory"))).isIn(scratch);
    assertThat(value("SPRING_CONFIG_ADDITIONALLOCATION")).isEqualTo("file:/etc/billing/");
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getName().equals(volumeOf.get("/etc/billing")))
        .singleElement()
        .satisfies(volume -> assertThat(volume.getConfigMap().getName()).isEqualTo("billing"));
  }

  @Test
  void givenTheTimeToEndThenItIsEnoughForEachStepOfTheShutdown() throws IOException {
    V1Container container = Manifests.container();
    Duration phase =
        DurationStyle.detectAndParse(setting("spring.lifecycle.timeout-per-shutdown-phase"));
    long pause = container.getLifecycle().getPreStop().getSleep().getSeconds();
    // First the requests in flight, then the commit.
    long needed = pause + 2 * phase.toSeconds() + RELEASE_SECONDS;
    assertThat(Manifests.pod().getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(needed);
    assertThat(Manifests.settings()).containsEntry("server.shutdown", "graceful");
    assertThat(pause).isPositive();
  }

  @Test
  void givenAnUpdateThenAPodIsThereBeforeAnotherGoes() throws IOException {
    var update = Manifests.deployment().getSpec().getStrategy().getRollingUpdate();
    assertThat(update.getMaxSurge().getIntValue()).isEqualTo(1);
    assertThat(update.getMaxUnavailable().getIntValue()).isZero();
  }

  // Who it is, and what it may

  @Test
  void givenThePodThenItHasNoRightsItDoesNotNeed() throws IOException {
    V1PodSpec pod = Manifests.pod();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getEnableServiceLinks()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(Manifests.container().getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(Manifests.container().getSecurityContext().getCapabilities().getDrop())
        .containsExactly("ALL");
    assertThat(pod.getServiceAccountName()).isEqualTo("billing");
  }

  @Test
  void givenTheImageThenTheProcessGetsTheSignalAndIsTheUserOfThePod() throws IOException {
    String image = Files.readString(Manifests.FOLDER.resolve("Dockerfile"));
    assertThat(image)
        .contains("ENTRYPOINT [\"java\", ")
        .contains("USER " + Manifests.pod().getSecurityContext().getRunAsUser() + ":");
  }

  @Test
  void givenThePasswordsThenTheyAreReferencesAndAPodIsAMemberOfItsOwn() throws IOException {
    for (V1EnvVar variable : Manifests.container().getEnv()) {
      boolean secret = variable.getName().matches(".*(PASSWORD|JAAS|SECRET|TOKEN).*");
      boolean reference =
          variable.getValueFrom() != null && variable.getValueFrom().getSecretKeyRef() != null;
      assertThat(reference).as(variable.getName()).isEqualTo(secret);
    }
    assertThat(Manifests.settings().keySet())
        .noneMatch(name -> ((String) name).matches(".*(password|jaas|secret|token).*"));
    assertThat(variable("STATEFUN_KAFKA_NODEID").getValueFrom().getFieldRef().getFieldPath())
        .isEqualTo("metadata.name");
  }

  // What the application knows

  @Test
  void givenTheSettingsThenTheApplicationKnowsEachOfThem() throws IOException {
    KnownProperties known = KnownProperties.load();
    assertThat(Manifests.settings().keySet()).isNotEmpty();
    assertThat(Manifests.settings().keySet()).allMatch(name -> known.has((String) name));
    assertThat(known.has("statefun.memory.block-cash")).isFalse();
    assertThat(known.has("spring.kafka.properties.sasl.mechanism")).isTrue();
  }

  @Test
  void givenTheVariablesThenTheApplicationKnowsEachOfThem() throws IOException {
    KnownProperties known = KnownProperties.load();
    assertThat(Manifests.container().getEnv())
        .extracting(V1EnvVar::getName)
        .filteredOn(name -> !NO_PROPERTIES.contains(name))
        .isNotEmpty()
        .allMatch(known::hasVariable);
    assertThat(known.hasVariable("STATEFUN_KAFKA_MEMBERID")).isFalse();
  }

  private static StateFunProperties engine() {
    return new Binder(new MapConfigurationPropertySource(Manifests.settings()))
        .bindOrCreate("statefun", StateFunProperties.class);
  }

  private static String setting(String name) {
    return Objects.requireNonNull(Manifests.settings().getProperty(name));
  }

  private static int workers() {
    return Objects.requireNonNull(engine().workers());
  }

  private static String value(String name) throws IOException {
    return Objects.requireNonNull(variable(name).getValue());
  }

  private static V1EnvVar variable(String name) throws IOException {
    return Manifests.container().getEnv().stream()
        .filter(variable -> variable.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("There is no variable " + name));
  }
}
