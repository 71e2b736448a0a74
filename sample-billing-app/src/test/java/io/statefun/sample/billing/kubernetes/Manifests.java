/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.kubernetes;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.FileSystemResource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Reads the manifests. The models of Kubernetes' own client, which are made from its API's schema,
 * take no field that they do not know, no value of another type, and no object without what it must
 * have.
 */
final class Manifests {

  static final Path FOLDER = Path.of("kubernetes");

  /** By apiVersion and kind. */
  private static final Map<String, Reader<?>> KINDS =
      Map.of(
          "v1 ServiceAccount", V1ServiceAccount::fromJson,
          "v1 Service", V1Service::fromJson,
          "apps/v1 Deployment", V1Deployment::fromJson,
          "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::fromJson,
          "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::fromJson);

  private Manifests() {}

  static Object read(String file) throws IOException {
    return parse(Files.readString(FOLDER.resolve(file)));
  }

  /** Reads a manifest, and throws if the schema of its kind does not allow it. */
  static Object parse(String yaml) throws IOException {
    JsonObject json = new Gson().toJsonTree(load(yaml)).getAsJsonObject();
    String kind = json.get("apiVersion").getAsString() + " " + json.get("kind").getAsString();
    Reader<?> reader = KINDS.get(kind);
    if (reader == null) {
      throw new IllegalArgumentException("A manifest of a kind that is not expected: " + kind);
    }
    return reader.read(json.toString());
  }

  static Map<String, Object> load(String yaml) {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    return new Yaml(new SafeConstructor(strict)).load(yaml);
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Map<String, Object> map, String key) {
    return (List<Object>) map.getOrDefault(key, List.of());
  }

  static Map<String, Object> kustomization() throws IOException {
    return load(Files.readString(FOLDER.resolve("kustomization.yaml")));
  }

  static V1Deployment deployment() throws IOException {
    return (V1Deployment) read("deployment.yaml");
  }

  static V1PodSpec pod() throws IOException {
    return deployment().getSpec().getTemplate().getSpec();
  }

  static V1Container container() throws IOException {
    return pod().getContainers().get(0);
  }

  static V1Service service() throws IOException {
    return (V1Service) read("service.yaml");
  }

  static V2HorizontalPodAutoscaler autoscaler() throws IOException {
    return (V2HorizontalPodAutoscaler) read("hpa.yaml");
  }

  static V1PodDisruptionBudget disruptionBudget() throws IOException {
    return (V1PodDisruptionBudget) read("pdb.yaml");
  }

  /** What the application is told by the file that is mounted. */
  static Properties settings() {
    YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
    yaml.setResources(new FileSystemResource(FOLDER.resolve("application.yaml")));
    Properties settings = yaml.getObject();
    if (settings == null) {
      throw new IllegalStateException("There are no settings");
    }
    return settings;
  }

  /** Reads a manifest of a kind. */
  @FunctionalInterface
  private interface Reader<T> {

    T read(String json) throws IOException;
  }
}
