/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class JacksonTypesTest {

  private final MessageTypes types = MessageTypes.standard();

  enum Level {
    LOW,
    HIGH {
      @Override
      boolean urgent() {
        return true;
      }
    };

    boolean urgent() {
      return false;
    }
  }

  record Order(
      String id,
      int count,
      long total,
      boolean paid,
      double rate,
      BigDecimal price,
      UUID reference,
      Instant at,
      LocalDate day,
      Duration within,
      Level level,
      Optional<String> note,
      List<String> items) {}

  sealed interface Payment {}

  record Card(String number) implements Payment {}

  sealed interface Transfer extends Payment {}

  record Sepa(String iban) implements Transfer {}

  @JsonTypeName("wire")
  record Swift(String bic) implements Transfer {}

  enum Other implements Payment {
    CASH,
    CHEQUE
  }

  record Invoice(String id, Payment payment) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Dog.class, name = "dog"),
    @JsonSubTypes.Type(value = Cat.class, name = "cat")
  })
  @MessageTypeName("zoo/animal")
  interface Animal {}

  record Dog(String name) implements Animal {}

  record Cat(String name) implements Animal {}

  sealed interface Left {}

  sealed interface Right {}

  record Both(int value) implements Left, Right {}

  sealed interface Named {}

  @MessageTypeName("x/leaf")
  record NamedLeaf(int value) implements Named {}

  static class First {
    record Twin(int a) implements Twins {}
  }

  static class Second {
    record Twin(int a) implements Twins {}
  }

  sealed interface Twins permits First.Twin, Second.Twin {}

  sealed interface Unreadable {}

  static final class NoCreator implements Unreadable {
    NoCreator(int value, Object secret) {
      assertThat(secret).isNotEqualTo(value);
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NONE)
  sealed interface Apart {}

  record Alone(int value) implements Apart {}

  sealed interface OpenBelow {}

  non-sealed interface Anyone extends OpenBelow {}

  static class Account {
    public String owner = "";
    public int balance;
  }

  record Version1(String name, String dropped) {}

  record Version2(String name, int added, @Nullable String alsoAdded) {}

  record Times(ZonedDateTime zoned, OffsetDateTime offset) {}

  record Envelope(Address to, TypeName type) {}

  private String json(Object value) {
    return new String(types.wrap(value).bytes(), UTF_8);
  }

  private Object afterBytes(Object value) {
    return types.rootOf(value.getClass()).deserialize(types.wrap(value).bytes());
  }

  private <T> T read(Class<T> type, String json) {
    return types.forClass(type).deserialize(json.getBytes(UTF_8));
  }

  @Test
  void anyRecordComesBackAsItWas() {
    Random random = new Random(20_260_303);
    for (int i = 0; i < 300; i++) {
      Order order = order(random);

      assertThat(afterBytes(order)).isEqualTo(order);
    }
  }

  private static Order order(Random random) {
    List<String> items = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      items.add(text(random));
    }
    return new Order(
        text(random),
        random.nextInt(),
        random.nextLong(),
        random.nextBoolean(),
        random.nextDouble(),
        BigDecimal.valueOf(random.nextLong(), random.nextInt(20)),
        new UUID(random.nextLong(), random.nextLong()),
        Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
        LocalDate.ofEpochDay(random.nextInt(100_000)),
        Duration.ofNanos(random.nextLong()),
        random.nextBoolean() ? Level.LOW : Level.HIGH,
        random.nextBoolean() ? Optional.empty() : Optional.of(text(random)),
        items);
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(12), 1, Character.MIN_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void timesKeepTheirZone() {
    Times times =
        new Times(
            ZonedDateTime.of(2026, 7, 1, 12, 0, 0, 1, ZoneId.of("Europe/Rome")),
            OffsetDateTime.of(2026, 7, 1, 12, 0, 0, 0, ZoneOffset.ofHours(3)));

    assertThat(afterBytes(times)).isEqualTo(times);
  }

  @Test
  void addressIsAValueInARecord() {
    Envelope envelope = new Envelope(Address.of("billing/user", "u1"), TypeName.of("a", "b"));

    assertThat(afterBytes(envelope)).isEqualTo(envelope);
    assertThat(json(envelope))
        .isEqualTo("{\"to\":{\"type\":\"billing/user\",\"id\":\"u1\"},\"type\":\"a/b\"}");
    assertThat(types.forClass(Envelope.class).immutable()).isTrue();
  }

  @Test
  void enumWithConstantBodiesIsOneType() {
    assertThat(types.wrap(Level.HIGH).typeName()).isEqualTo(types.wrap(Level.LOW).typeName());
    assertThat(afterBytes(Level.HIGH)).isSameAs(Level.HIGH);
  }

  @Test
  void unknownPropertyIsIgnored() {
    assertThat(read(Version2.class, "{\"name\":\"n\",\"dropped\":\"x\",\"added\":3}"))
        .isEqualTo(new Version2("n", 3, null));
  }

  @Test
  void missingPropertyIsZeroOrNull() {
    assertThat(read(Version2.class, json(new Version1("n", "x"))))
        .isEqualTo(new Version2("n", 0, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{", "[]", "{} {}", "{\"name\":{}}"})
  void otherJsonIsASerializationException(String json) {
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> read(Version1.class, json))
        .withMessageContaining("JacksonTypesTest$Version1");
  }

  @Test
  void tooDeepJsonIsASerializationException() {
    String deep = "[".repeat(100_000);

    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> read(Version1.class, "{\"x\":" + deep))
        .havingCause()
        .withMessageContaining("nesting depth");
  }

  @Test
  void sealedHierarchyTravelsUnderTheNameOfItsRoot() {
    String root = "io.statefun.json/" + Payment.class.getName();

    assertThat(types.wrap(new Card("1")).typeName()).hasToString(root);
    assertThat(types.wrap(new Sepa("2")).typeName()).hasToString(root);
    assertThat(types.wrap(Other.CASH).typeName()).hasToString(root);
    assertThat(types.forClass(Transfer.class).typeName()).hasToString(root);
  }

  @Test
  void sealedHierarchyIsWrittenWithTheSimpleNameOfTheClass() {
    assertThat(json(new Card("1"))).isEqualTo("{\"@type\":\"Card\",\"number\":\"1\"}");
  }

  @Test
  void jsonTypeNameReplacesTheSimpleName() {
    assertThat(json(new Swift("b"))).isEqualTo("{\"@type\":\"wire\",\"bic\":\"b\"}");
  }

  @Test
  void everyClassOfASealedHierarchyComesBack() {
    for (Payment payment : List.of(new Card("1"), new Sepa("2"), new Swift("3"), Other.CHEQUE)) {
      assertThat(afterBytes(payment)).isEqualTo(payment);
    }
  }

  @Test
  void propertyOfASealedTypeComesBack() {
    for (Payment payment : List.of(new Card("1"), new Sepa("2"), new Swift("3"), Other.CASH)) {
      assertThat(afterBytes(new Invoice("i", payment))).isEqualTo(new Invoice("i", payment));
    }
  }

  @Test
  void typeOfOneClassOfAHierarchyReadsNoOther() {
    MessageType<Sepa> type = types.forClass(Sepa.class);

    assertThat(type.deserialize(types.wrap(new Sepa("2")).bytes())).isEqualTo(new Sepa("2"));
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> type.deserialize(types.wrap(new Card("1")).bytes()))
        .withMessageContaining(Card.class.getName());
  }

  @Test
  void unknownClassOfAHierarchyIsASerializationException() {
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> read(Payment.class, "{\"@type\":\"Barter\"}"));
  }

  @Test
  void annotatedHierarchyIsWrittenAsItsAnnotationsSay() {
    assertThat(json(new Dog("Rex"))).isEqualTo("{\"kind\":\"dog\",\"name\":\"Rex\"}");
    assertThat(types.wrap(new Cat("Tom")).typeName()).hasToString("zoo/animal");
    assertThat(afterBytes(new Cat("Tom"))).isEqualTo(new Cat("Tom"));
  }

  @Test
  void classOfTwoHierarchiesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> types.forClass(Both.class))
        .withMessageContaining("several hierarchies")
        .withMessageContaining(Left.class.getName())
        .withMessageContaining(Right.class.getName());
  }

  @Test
  void nameBelowTheRootIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> types.forClass(NamedLeaf.class))
        .withMessageContaining("Move the annotation to " + Named.class.getName());
  }

  @Test
  void twoClassesWithOneSimpleNameAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> types.forClass(Twins.class))
        .withMessageContaining("'Twin'")
        .withMessageContaining("@JsonTypeName");
  }

  @Test
  void sealedHierarchyThatIsOpenBelowIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> types.forClass(OpenBelow.class))
        .withMessageContaining("@JsonTypeInfo");
  }

  @Test
  void hierarchyWithAClassThatJacksonCannotMakeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> types.forClass(Unreadable.class))
        .withMessageContaining(NoCreator.class.getName())
        .withMessageContaining("@JsonCreator");
  }

  @Test
  void annotationMakesASealedTypeNoHierarchy() {
    assertThat(json(new Alone(1))).isEqualTo("{\"value\":1}");
    assertThat(types.wrap(new Alone(1)).typeName())
        .hasToString("io.statefun.json/" + Alone.class.getName());
    assertThat(afterBytes(new Alone(1))).isEqualTo(new Alone(1));
  }

  @Test
  void immutableObjectIsHandedOverByReference() {
    Card card = new Card("1");

    assertThat(types.wrap(card).heldObject()).isSameAs(card);
  }

  @Test
  void changingAnObjectChangesNoTypedValue() {
    Account account = new Account();
    account.owner = "Ada";
    TypedValue typed = types.wrap(account);
    account.owner = "Bob";

    Account received = typed.as(types.forClass(Account.class));
    received.balance = 7;

    assertThat(typed.as(types.forClass(Account.class)).owner).isEqualTo("Ada");
    assertThat(typed.as(types.forClass(Account.class)).balance).isZero();
  }

  @Test
  void mapperOfTheApplicationIsUsed() {
    JsonMapper mapper =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    MessageTypes custom = MessageTypes.builder().jsonMapper(mapper).build();

    assertThat(new String(custom.wrap(new Version2("n", 1, "a")).bytes(), UTF_8))
        .contains("\"also_added\":\"a\"");
  }

  @Test
  void mixInMakesAHierarchy() {
    JsonMapper mapper =
        JsonMapper.builder().addMixIn(MessageTypesTest.Shape.class, ShapeMixIn.class).build();
    MessageTypes custom = MessageTypes.builder().jsonMapper(mapper).build();
    MessageTypesTest.Circle circle = new MessageTypesTest.Circle(3);

    TypedValue typed = custom.wrap(circle);

    assertThat(new String(typed.bytes(), UTF_8)).isEqualTo("{\"shape\":\"circle\",\"radius\":3}");
    assertThat(custom.forClass(MessageTypesTest.Shape.class).deserialize(typed.bytes()))
        .isEqualTo(circle);
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "shape")
  @JsonSubTypes(@JsonSubTypes.Type(value = MessageTypesTest.Circle.class, name = "circle"))
  private interface ShapeMixIn {}
}
