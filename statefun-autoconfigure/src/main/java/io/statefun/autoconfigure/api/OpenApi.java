/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Describes the functions that are exposed, as OpenAPI 3.1 has it. */
final class OpenApi {

  private static final String PROBLEM = "problem-details";
  private static final String INSTANCE = "function-instance";

  private static final List<String> INSTANCE_LISTS =
      List.of("waitingMessages", "timers", "reminders", "operations", "deadLetters");

  private final JsonMapper mapper;
  private final MessageSchemas schemas;
  private final Map<String, JsonNode> paths = new TreeMap<>();

  private OpenApi(JsonMapper mapper) {
    this.mapper = mapper;
    this.schemas = new MessageSchemas(mapper);
  }

  /**
   * Makes the description.
   *
   * @param title the application's name
   * @param functions what the functions of the application take
   */
  static JsonNode of(
      JsonMapper mapper,
      String title,
      ApiProperties properties,
      Map<TypeName, List<MessageType<?>>> functions) {
    OpenApi description = new OpenApi(mapper);
    for (TypeName function : exposed(properties.call(), functions)) {
      description.addCalls(properties, function, functions.getOrDefault(function, List.of()));
    }
    for (TypeName function : exposed(properties.read(), functions)) {
      description.addReads(properties, function);
      description.addQueries(properties, function);
    }
    if (properties.awakeables()) {
      description.addAwakeables(properties);
    }
    if (properties.sql()) {
      description.addSql(properties);
    }
    return description.document(title);
  }

  /** Functions of the application, and those elsewhere that are named one by one. */
  private static Iterable<TypeName> exposed(
      Iterable<String> names, Map<TypeName, List<MessageType<?>>> functions) {
    TreeSet<TypeName> all = new TreeSet<>(Comparator.comparing(TypeName::toString));
    for (String name : names) {
      if (name.endsWith("*")) {
        String namespace = name.substring(0, name.length() - 2);
        functions.keySet().stream()
            .filter(function -> function.namespace().equals(namespace))
            .forEach(all::add);
      } else {
        all.add(TypeName.parse(name));
      }
    }
    return all;
  }

  private JsonNode document(String title) {
    ObjectNode document = mapper.createObjectNode();
    document.put("openapi", "3.1.0");
    document.putObject("info").put("title", title).put("version", "1");
    ObjectNode all = document.putObject("paths");
    paths.forEach(all::set);
    ObjectNode components = schemas.definitions();
    document.putObject("components").set("schemas", components);
    components.set(PROBLEM, problem());
    components.set(INSTANCE, instance());
    return document;
  }

  // Paths

  private static String path(ApiProperties properties, TypeName function) {
    return properties.path()
        + "/functions/"
        + function.namespace()
        + "/"
        + function.name()
        + "/{id}";
  }

  private void addCalls(
      ApiProperties properties, TypeName function, List<MessageType<?>> messages) {
    String instance = path(properties, function);
    ObjectNode call =
        operation(function, "call", "Sends a message, and answers with the function's reply");
    takesMessage(call, messages);
    answers(call, "200", "The reply", mapper.createObjectNode());
    paths.put(instance + "/call", mapper.createObjectNode().set("post", call));

    ObjectNode send =
        operation(function, "send", "Sends a message, and answers when it is committed");
    takesMessage(send, messages);
    ((ObjectNode) send.get("responses")).putObject("202").put("description", "It is committed");
    paths.put(instance + "/send", mapper.createObjectNode().set("post", send));

    ObjectNode attach =
        operation(
            function, "attach", "Answers with the reply to what was called or sent with a key");
    parameter(attach, "path", "key", true, text());
    answers(attach, "200", "The reply", mapper.createObjectNode());
    paths.put(instance + "/calls/{key}", mapper.createObjectNode().set("get", attach));
  }

  private void addReads(ApiProperties properties, TypeName function) {
    ObjectNode read = operation(function, "read", "Answers with what the instance has");
    answers(read, "200", "The instance", reference(INSTANCE));
    paths.put(path(properties, function), mapper.createObjectNode().set("get", read));
  }

  private void addQueries(ApiProperties properties, TypeName function) {
    ObjectNode query = mapper.createObjectNode();
    query.putArray("tags").add(function.toString());
    query.put("operationId", "query." + function.toString().replace('/', '.'));
    query.put("summary", "Lists instances with their states, by conditions");
    query.putArray("parameters");
    for (String name : List.of("prefix", "after")) {
      parameter(query, "query", name, false, text());
    }
    for (String name : List.of("state", "where")) {
      parameter(query, "query", name, false, texts());
    }
    parameter(query, "query", "limit", false, mapper.createObjectNode().put("type", "integer"));
    answers(query, "200", "A page of instances", mapper.createObjectNode().put("type", "object"));
    answers(query, "default", "What is wrong", reference(PROBLEM));
    String functions = properties.path() + "/functions/";
    paths.put(functions + function, mapper.createObjectNode().set("get", query));
  }

  private ObjectNode texts() {
    ObjectNode texts = mapper.createObjectNode().put("type", "array");
    texts.set("items", text());
    return texts;
  }

  private void addAwakeables(ApiProperties properties) {
    ObjectNode complete = mapper.createObjectNode();
    complete.put("operationId", "complete");
    complete.put("summary", "Completes what an instance waits for, once");
    complete.putArray("parameters");
    parameter(complete, "path", "token", true, text());
    parameter(complete, "query", "type", true, text());
    ObjectNode body = complete.putObject("requestBody").put("required", true);
    body.set("content", json("application/json", mapper.createObjectNode()));
    complete.withObject("/responses").putObject("202").put("description", "It is committed");
    answers(complete, "default", "What is wrong", reference(PROBLEM));
    String path = properties.path() + "/awakeables/{token}";
    paths.put(path, mapper.createObjectNode().set("post", complete));
  }

  private void addSql(ApiProperties properties) {
    ObjectNode query = mapper.createObjectNode();
    query.put("operationId", "sql");
    query.put("summary", "Answers a query over the instances that may be read, by SQL");
    ObjectNode statement = mapper.createObjectNode().put("type", "object");
    statement.putObject("properties").set("sql", text());
    statement.withObject("/properties").putObject("parameters").put("type", "array");
    statement.putArray("required").add("sql");
    ObjectNode body = query.putObject("requestBody").put("required", true);
    body.set("content", json("application/json", statement));
    answers(query, "200", "The rows", mapper.createObjectNode().put("type", "object"));
    answers(query, "default", "What is wrong", reference(PROBLEM));
    paths.put(properties.path() + "/sql", mapper.createObjectNode().set("post", query));
  }

  private ObjectNode operation(TypeName function, String verb, String summary) {
    ObjectNode operation = mapper.createObjectNode();
    operation.putArray("tags").add(function.toString());
    operation.put("operationId", verb + "." + function.toString().replace('/', '.'));
    operation.put("summary", summary);
    operation.putArray("parameters");
    parameter(operation, "path", "id", true, text());
    answers(operation, "default", "What is wrong", reference(PROBLEM));
    return operation;
  }

  private void takesMessage(ObjectNode operation, List<MessageType<?>> messages) {
    ObjectNode type = text();
    messages.forEach(message -> type.withArray("enum").add(message.typeName().toString()));
    parameter(operation, "query", "type", messages.size() != 1, type);
    parameter(operation, "header", FunctionApi.KEY, false, text().put("maxLength", 256));
    ObjectNode body = operation.putObject("requestBody").put("required", true);
    body.set("content", json("application/json", message(messages)));
  }

  private ObjectNode message(List<MessageType<?>> messages) {
    if (messages.size() == 1) {
      return schemas.schema(messages.get(0));
    }
    ObjectNode any = mapper.createObjectNode();
    messages.forEach(message -> any.withArray("anyOf").add(schemas.schema(message)));
    return any;
  }

  private void parameter(
      ObjectNode operation, String place, String name, boolean required, ObjectNode schema) {
    ((ArrayNode) operation.get("parameters"))
        .addObject()
        .put("in", place)
        .put("name", name)
        .put("required", required)
        .set("schema", schema);
  }

  private void answers(ObjectNode operation, String status, String text, ObjectNode schema) {
    String media = status.equals("default") ? "application/problem+json" : "application/json";
    ObjectNode response = operation.withObject("/responses").putObject(status);
    response.put("description", text).set("content", json(media, schema));
  }

  private ObjectNode json(String media, ObjectNode schema) {
    ObjectNode content = mapper.createObjectNode();
    content.putObject(media).set("schema", schema);
    return content;
  }

  // Schemas

  private ObjectNode reference(String name) {
    return mapper.createObjectNode().put("$ref", "#/components/schemas/" + name);
  }

  private ObjectNode text() {
    return mapper.createObjectNode().put("type", "string");
  }

  private ObjectNode problem() {
    ObjectNode schema = mapper.createObjectNode().put("type", "object");
    ObjectNode members = schema.putObject("properties");
    members.set("title", text());
    members.putObject("status").put("type", "integer");
    members.set("detail", text());
    return schema;
  }

  private ObjectNode instance() {
    ObjectNode schema = mapper.createObjectNode().put("type", "object");
    ObjectNode members = schema.putObject("properties");
    members.set("function", text());
    members.set("id", text());
    members.putObject("states").put("type", "object");
    INSTANCE_LISTS.forEach(list -> members.putObject(list).put("type", "array"));
    members.putObject("partial").put("type", "boolean");
    return schema;
  }
}
