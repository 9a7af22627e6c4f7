//! The table's definition: made from here locally and in tests, and compared with the deployed template.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use super::{Store, StoreError, error::classify, item::attribute, read::Index};

impl Store {
    /// Makes the table: two string keys, the two sparse indexes, the time to live and the stream with old and new images. A
    /// table that is already there is left alone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let mut request = self
            .client
            .create_table()
            .table_name(&*self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema(attribute::PK, attribute::SK)?));
        for name in [
            attribute::PK,
            attribute::SK,
            attribute::GSI1PK,
            attribute::GSI1SK,
            attribute::GSI2PK,
            attribute::GSI2SK,
        ] {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build();
            request = request.attribute_definitions(definition.map_err(misbuilt)?);
        }
        let indexes = [
            (
                Index::ByOwner,
                attribute::GSI1PK,
                attribute::GSI1SK,
                ProjectionType::All,
            ),
            (
                Index::ByDue,
                attribute::GSI2PK,
                attribute::GSI2SK,
                ProjectionType::KeysOnly,
            ),
        ];
        for (index, partition, sort, projection) in indexes {
            let index = GlobalSecondaryIndex::builder()
                .index_name(index.name())
                .set_key_schema(Some(key_schema(partition, sort)?))
                .projection(Projection::builder().projection_type(projection).build())
                .build();
            request = request.global_secondary_indexes(index.map_err(misbuilt)?);
        }
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewAndOldImages)
            .build()
            .map_err(misbuilt)?;
        match request.stream_specification(stream).send().await {
            Ok(_) => {}
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateTableError::is_resource_in_use_exception) =>
            {
                return Ok(());
            }
            Err(error) => return Err(classify(error)),
        }
        let ttl = TimeToLiveSpecification::builder()
            .attribute_name(attribute::TTL)
            .enabled(true)
            .build()
            .map_err(misbuilt)?;
        let request = self.client.update_time_to_live().table_name(&*self.table);
        let sent = request.time_to_live_specification(ttl).send().await;
        sent.map(drop).map_err(classify)
    }
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            let element = KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build();
            element.map_err(misbuilt)
        })
        .collect()
}

fn misbuilt(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::corrupt(format!("a table to be made: {error}"))
}
