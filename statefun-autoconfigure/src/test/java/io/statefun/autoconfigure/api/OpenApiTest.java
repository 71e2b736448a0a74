/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OpenApiTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final MessageTypes types = MessageTypes.standard();

  /** A message. */
  record Deposit(long amount, @Nullable Sender from) {}

  /** A part of one. */
  record Sender(String name) {}

  /** One that has parts like itself. */
  record Folder(String name, List<Folder> folders) {}

  @Test
  void eachFunctionThatMayBeCalledHasItsPaths() {
    JsonNode description = describe(Set.of("bank/*"), Set.of(), Deposit.class);

    assertThat(description.get("openapi").asString()).isEqualTo("3.1.0");
    assertThat(description.at("/info/title").asString()).isEqualTo("bank");
    assertThat(description.get("paths").propertyNames())
        .containsExactly(
            "/api/functions/bank/account/{id}/call",
            "/api/functions/bank/account/{id}/calls/{key}",
            "/api/functions/bank/account/{id}/send");
  }

  @Test
  void functionsThatAreNotExposedAreNotDescribed() {
    JsonNode description = describe(Set.of("shop/*"), Set.of("bank/account"), Deposit.class);

    assertThat(description.get("paths").propertyNames())
        .containsExactly("/api/functions/bank/account", "/api/functions/bank/account/{id}");
    assertThat(description.toString()).doesNotContain("amount");
  }

  @Test
  void aFunctionElsewhereThatIsNamedTakesAnything() {
    JsonNode description = describe(Set.of("shop/cart"), Set.of(), Deposit.class);

    JsonNode call = description.at("/paths/~1api~1functions~1shop~1cart~1{id}~1call/post");
    assertThat(call.at("/requestBody/content/application~1json/schema")).isEmpty();
    assertThat(parameter(call, "type").get("required").asBoolean()).isTrue();
  }

  @Test
  void theBodyHasTheSchemaOfTheMessage() {
    JsonNode description = describe(Set.of("bank/account"), Set.of(), Deposit.class);

    JsonNode message = resolved(description, body(description));
    assertThat(message.at("/properties/amount/type").asString()).isEqualTo("integer");
    JsonNode sender = resolved(description, message.at("/properties/from"));
    assertThat(sender.at("/properties/name/type").asString()).isEqualTo("string");
  }

  @Test
  void theTypeOfAMessageNeedBeNamedOnlyIfThereAreSeveral() {
    JsonNode one = describe(Set.of("bank/account"), Set.of(), Deposit.class);
    JsonNode two = describe(Set.of("bank/account"), Set.of(), Deposit.class, Long.class);

    assertThat(parameter(call(one), "type").get("required").asBoolean()).isFalse();
    assertThat(parameter(call(two), "type").get("required").asBoolean()).isTrue();
    assertThat(parameter(call(two), "type").at("/schema/enum")).hasSize(2);
    assertThat(body(two).get("anyOf")).hasSize(2);
    assertThat(body(two).at("/anyOf/1/type").asString()).isEqualTo("integer");
  }

  @Test
  void aMessageMayHavePartsLikeItself() {
    JsonNode description = describe(Set.of("bank/account"), Set.of(), Folder.class);

    JsonNode message = resolved(description, body(description));
    JsonNode part = resolved(description, message.at("/properties/folders/items"));
    assertThat(part.at("/properties/name/type").asString()).isEqualTo("string");
  }

  @Test
  void everythingThatIsReferredToIsThere() {
    JsonNode description =
        describe(Set.of("bank/account"), Set.of("bank/account"), Folder.class, Deposit.class);

    List<JsonNode> references = description.findValues("$ref");
    assertThat(references).isNotEmpty();
    assertThat(references)
        .allSatisfy(
            reference ->
                assertThat(description.at(reference.asString().substring(1)).isObject()).isTrue());
  }

  @Test
  void sqlIsDescribedIfItIsSwitchedOn() {
    ApiProperties properties =
        new ApiProperties(
            "/api",
            Set.of(),
            Set.of("bank/account"),
            true,
            false,
            true,
            Duration.ofSeconds(1),
            Duration.ofDays(1),
            DataSize.ofKilobytes(1));

    assertThat(OpenApi.of(JSON, "bank", properties, Map.of()).at("/paths/~1api~1sql/post"))
        .isNotEmpty();
  }

  private JsonNode describe(Set<String> call, Set<String> read, Class<?>... messages) {
    List<MessageType<?>> taken = new ArrayList<>();
    for (Class<?> message : messages) {
      taken.add(types.forClass(message));
    }
    ApiProperties properties =
        new ApiProperties(
            "/api",
            call,
            read,
            true,
            false,
            false,
            Duration.ofSeconds(1),
            Duration.ofDays(1),
            DataSize.ofKilobytes(1));
    return OpenApi.of(JSON, "bank", properties, Map.of(TypeName.of("bank", "account"), taken));
  }

  private static JsonNode call(JsonNode description) {
    return description.at("/paths/~1api~1functions~1bank~1account~1{id}~1call/post");
  }

  private static JsonNode body(JsonNode description) {
    return call(description).at("/requestBody/content/application~1json/schema");
  }

  private static JsonNode parameter(JsonNode operation, String name) {
    for (JsonNode parameter : operation.get("parameters")) {
      if (parameter.get("name").asString().equals(name)) {
        return parameter;
      }
    }
    throw new AssertionError("There is no parameter " + name);
  }

  /** A schema, or what it refers to, possibly as the only part of it. */
  private static JsonNode resolved(JsonNode description, JsonNode schema) {
    JsonNode only = schema.has("allOf") ? schema.at("/allOf/0") : schema;
    return only.has("$ref") ? description.at(only.get("$ref").asString().substring(1)) : only;
  }
}
