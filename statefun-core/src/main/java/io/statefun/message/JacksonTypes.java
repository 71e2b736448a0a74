/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serial;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.Version;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotationIntrospectorPair;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;

/**
 * Makes types of classes that Jackson reads and writes. The only class of the package that needs
 * Jackson; nothing but {@link MessageTypes} touches it, and only when Jackson is there.
 *
 * <p>A sealed hierarchy without {@link JsonTypeInfo} is written with a property {@code @type} that
 * holds the simple name of the object's class, or what its {@link JsonTypeName} says. This is done
 * by an annotation introspector that comes after Jackson's own, so it holds for properties of
 * sealed types too, and annotations win.
 */
final class JacksonTypes {

  private static final String NAMESPACE = MessageTypes.JSON_NAMESPACE;
  private static final String TYPE_PROPERTY = "@type";

  private final JsonMapper mapper;

  private JacksonTypes(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /**
   * Uses a mapper's settings, apart from those that decide whether a value survives the way through
   * its bytes, and whether a newer class reads the bytes of an older one.
   */
  static JacksonTypes of(@Nullable Object jsonMapper) {
    JsonMapper base = jsonMapper == null ? JsonMapper.builder().build() : (JsonMapper) jsonMapper;
    JsonMapper.Builder builder = base.rebuild();
    AnnotationIntrospector introspector =
        AnnotationIntrospectorPair.pair(builder.annotationIntrospector(), new SealedTypes());
    return new JacksonTypes(
        builder
            .annotationIntrospector(introspector)
            .disable(
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
            .addMixIn(TypeName.class, TypeNameMixIn.class)
            .addMixIn(Address.class, AddressMixIn.class)
            .build());
  }

  /**
   * The type under whose name objects of the class travel: the root of its hierarchy, or itself.
   *
   * @throws IllegalArgumentException if there are several roots
   */
  Class<?> rootOf(Class<?> type) {
    List<Class<?>> roots = Hierarchy.topmost(type, this::isPolymorphic);
    if (roots.size() > 1) {
      List<Class<?>> named = new ArrayList<>(roots);
      named.removeIf(root -> !root.isAnnotationPresent(MessageTypeName.class));
      if (named.size() != 1) {
        throw unusable(
            type,
            "it belongs to several hierarchies, of which one must give its name",
            "Put @MessageTypeName on one of " + names(roots) + ".");
      }
      roots = named;
    }
    Class<?> root = roots.isEmpty() ? type : roots.get(0);
    if (root != type && type.isAnnotationPresent(MessageTypeName.class)) {
      throw unusable(
          type,
          "it has a @MessageTypeName, but all objects of its hierarchy have the name of the root",
          "Move the annotation to " + root.getName() + ".");
    }
    return root;
  }

  private boolean isPolymorphic(Class<?> type) {
    JsonTypeInfo info = type.getDeclaredAnnotation(JsonTypeInfo.class);
    Class<?> mixIn = mapper.serializationConfig().findMixInClassFor(type);
    if (info == null && mixIn != null) {
      info = mixIn.getDeclaredAnnotation(JsonTypeInfo.class);
    }
    return info == null ? Hierarchy.isClosed(type) : info.use() != JsonTypeInfo.Id.NONE;
  }

  /**
   * Makes the type of a class that is the root of its hierarchy.
   *
   * @throws IllegalArgumentException if Jackson cannot read and write such objects
   */
  <T> MessageType<T> create(Class<T> type) {
    check(type);
    return new JacksonType<>(
        nameOf(type),
        type,
        Immutability.isImmutable(type),
        mapper.writerFor(type),
        mapper.readerFor(type));
  }

  private static TypeName nameOf(Class<?> type) {
    MessageTypeName annotation = type.getDeclaredAnnotation(MessageTypeName.class);
    try {
      return annotation == null
          ? TypeName.of(NAMESPACE, type.getName())
          : TypeName.parse(annotation.value());
    } catch (IllegalArgumentException e) {
      throw unusable(
          type,
          "its type name is not valid: " + e.getMessage(),
          "Give it a valid name with @MessageTypeName(\"namespace/name\").");
    }
  }

  private void check(Class<?> type) {
    if (type == Object.class) {
      throw unusable(
          type, "it says nothing about the value", "Name the class of the value instead.");
    }
    if (type.isArray()) {
      throw unusable(
          type, "an array has no type name", "Wrap it in a record with a component of that type.");
    }
    if (type.getTypeParameters().length > 0) {
      throw unusable(
          type,
          "it is generic, and its type arguments are not known when it is read",
          "Wrap it in a record with a component of that type, as in"
              + " record Names(List<String> values) {}.");
    }
    if (Hierarchy.isJdk(type) && !Immutability.isValue(type)) {
      throw unusable(
          type,
          "it is a class of the JDK that is no simple value",
          "Wrap what you need of it in a record.");
    }
    if (isPolymorphic(type)) {
      if (type.getDeclaredAnnotation(JsonTypeInfo.class) == null && Hierarchy.isClosed(type)) {
        checkSealed(type);
      }
      return;
    }
    checkConcrete(type);
  }

  private void checkSealed(Class<?> root) {
    Map<String, Class<?>> names = new HashMap<>();
    for (Class<?> type : Hierarchy.concreteClasses(root)) {
      checkConcrete(type);
      if (type.getTypeParameters().length > 0) {
        throw unusable(
            root,
            type.getName() + " is generic, and its type arguments are not known when it is read",
            "Make it a class without type parameters.");
      }
      JsonTypeName annotation = type.getDeclaredAnnotation(JsonTypeName.class);
      String name = annotation == null ? type.getSimpleName() : annotation.value();
      Class<?> other = names.put(name, type);
      if (other != null) {
        throw unusable(
            root,
            type.getName() + " and " + other.getName() + " are both called '" + name + "' in JSON",
            "Tell them apart with @JsonTypeName on one of them.");
      }
    }
  }

  private void checkConcrete(Class<?> type) {
    if (type.isInterface() || Modifier.isAbstract(type.getModifiers()) && !type.isEnum()) {
      if (Immutability.isValue(type)) {
        return;
      }
      throw unusable(
          type,
          "it is "
              + (type.isInterface() ? "an interface" : "an abstract class")
              + " that does not say which classes implement it",
          "Make it sealed, with records or final classes below it, or annotate it with"
              + " @JsonTypeInfo and @JsonSubTypes.");
    }
    if (type.isAnonymousClass() || type.isHidden() || type.isSynthetic()) {
      throw unusable(type, "it has no lasting name", "Use a record or a named class.");
    }
    if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
      throw unusable(
          type,
          "it is an inner class, which cannot be made without its outer object",
          "Make it static.");
    }
    ValueDeserializer<?> reader;
    try {
      reader =
          mapper
              ._deserializationContext()
              .findNonContextualValueDeserializer(mapper.constructType(type));
      mapper._serializationContext().findTypedValueSerializer(type, true);
    } catch (JacksonException e) {
      throw unusable(type, "Jackson says: " + e.getOriginalMessage(), "Correct the class.");
    }
    if (reader instanceof BeanDeserializerBase bean
        && !bean.getValueInstantiator().canInstantiate()) {
      throw unusable(
          type,
          "Jackson finds no way to make an object of it",
          "Make it a record, or give it a constructor without parameters or one with @JsonCreator.");
    }
  }

  private static String names(List<Class<?>> types) {
    return String.join(", ", types.stream().map(Class::getName).toList());
  }

  private static IllegalArgumentException unusable(Class<?> type, String why, String advice) {
    return new IllegalArgumentException(
        type.getTypeName() + " cannot be sent or stored: " + why + ". " + advice);
  }

  private static final class JacksonType<T> implements MessageType<T> {

    private final TypeName typeName;
    private final Class<T> javaType;
    private final boolean immutable;
    private final ObjectWriter writer;
    private final ObjectReader reader;

    JacksonType(
        TypeName typeName,
        Class<T> javaType,
        boolean immutable,
        ObjectWriter writer,
        ObjectReader reader) {
      this.typeName = typeName;
      this.javaType = javaType;
      this.immutable = immutable;
      this.writer = writer;
      this.reader = reader;
    }

    @Override
    public TypeName typeName() {
      return typeName;
    }

    @Override
    public Class<T> javaType() {
      return javaType;
    }

    @Override
    public byte[] serialize(T value) {
      try {
        return writer.writeValueAsBytes(value);
      } catch (RuntimeException e) {
        throw new SerializationException(
            "An object of " + value.getClass().getName() + " cannot be written as " + typeName, e);
      }
    }

    @Override
    public T deserialize(byte[] bytes) {
      T value;
      try {
        value = reader.readValue(bytes);
      } catch (RuntimeException e) {
        throw notAValue(bytes, e);
      }
      if (value == null) {
        throw notAValue(bytes, null);
      }
      return value;
    }

    private SerializationException notAValue(byte[] bytes, @Nullable Throwable cause) {
      return new SerializationException(
          bytes.length + " bytes are not a value of type " + typeName, cause);
    }

    /** The JSON as it is, also what the class does not know of it. */
    @Override
    public String describe(byte[] bytes) {
      return MessageTypes.json(bytes);
    }

    @Override
    public boolean isJson() {
      return true;
    }

    @Override
    public boolean immutable() {
      return immutable;
    }

    @Override
    public String toString() {
      return typeName.toString();
    }
  }

  /** Type information for sealed hierarchies that have none of their own. */
  private static final class SealedTypes extends AnnotationIntrospector {

    @Serial private static final long serialVersionUID = 1L;

    private static final JsonTypeInfo.Value TYPE_INFO =
        JsonTypeInfo.Value.construct(
            JsonTypeInfo.Id.NAME,
            JsonTypeInfo.As.PROPERTY,
            TYPE_PROPERTY,
            null,
            false,
            Boolean.TRUE);

    @Override
    public Version version() {
      return Version.unknownVersion();
    }

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
        MapperConfig<?> config, Annotated annotated) {
      return isOurs(annotated) ? TYPE_INFO : null;
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
      if (!isOurs(annotated)) {
        return null;
      }
      Class<?> type = annotated.getRawType();
      if (!Hierarchy.isClosed(type)) {
        return null;
      }
      List<NamedType> result = new ArrayList<>();
      for (Class<?> concrete : Hierarchy.concreteClasses(type)) {
        result.add(new NamedType(concrete));
      }
      return result;
    }

    @Override
    public @Nullable String findTypeName(MapperConfig<?> config, AnnotatedClass annotated) {
      return isOurs(annotated) ? enumOrSelf(annotated.getRawType()).getSimpleName() : null;
    }

    private static boolean isOurs(Annotated annotated) {
      return annotated instanceof AnnotatedClass
          && !annotated.hasAnnotation(JsonTypeInfo.class)
          && !Hierarchy.topmost(annotated.getRawType(), Hierarchy::isClosed).isEmpty();
    }

    /** The class of an enum's constant with a body is not the enum. */
    private static Class<?> enumOrSelf(Class<?> type) {
      Class<?> parent = type.getSuperclass();
      return parent != null && parent.isEnum() ? parent : type;
    }
  }

  @SuppressWarnings("unused") // read by Jackson
  private abstract static class TypeNameMixIn {

    @JsonCreator
    static TypeName parse(String text) {
      throw new AssertionError(text);
    }

    @Override
    @JsonValue
    public abstract String toString();
  }

  @SuppressWarnings("unused") // read by Jackson
  private abstract static class AddressMixIn {

    @JsonCreator
    static Address of(@JsonProperty("type") TypeName type, @JsonProperty("id") String id) {
      throw new AssertionError(type + id);
    }

    @JsonProperty("type")
    abstract TypeName type();

    @JsonProperty("id")
    abstract String id();
  }
}
